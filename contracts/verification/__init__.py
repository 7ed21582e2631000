"""The engine: from emissions to verdicts. It yields values and knows no terminal, no broker and no driver."""
