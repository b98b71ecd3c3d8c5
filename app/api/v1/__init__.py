"""The resources of version 1, one a file: models, declarations, and the calls of services behind them."""
