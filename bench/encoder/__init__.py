"""Training of the encoder: data, vocabulary, network, training, calibration and its 8-bit graph."""
