"""The linear method: a model over words, pairs of words and VADER's valences."""
