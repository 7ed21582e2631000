"""Recorded traffic at any size: what emitters really sent, judged by the contract."""
