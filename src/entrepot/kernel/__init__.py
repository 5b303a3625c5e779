"""What every floor may use: money, ids, periods, text, errors. Standard library only, no clock, no chance."""
