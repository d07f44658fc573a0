"""Dated tables of list prices, and what resources cost by the hour or the month, whatever their use."""
