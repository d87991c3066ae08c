"""The labelled set of this field: its texts, labels and agreement (docs/labelling.md)."""
