"""The diagram as SVG, laid out here: no other program is needed."""
