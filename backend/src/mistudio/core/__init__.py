"""Settings, errors, states, events, and the interfaces between the parts."""
