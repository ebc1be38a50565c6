"""Settings, errors, states, events and the seams between the parts."""
