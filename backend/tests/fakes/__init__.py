"""Stand-ins for what lies outside: a Hub over HTTP, a bus that remembers, a queue without processes."""
