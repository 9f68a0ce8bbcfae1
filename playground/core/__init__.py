"""What several demos compute: masking, probabilities, intervals."""
