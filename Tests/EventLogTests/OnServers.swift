import Testing

/// Suites that run on real servers and look at the clock: one test after another, so that they do not slow each other.
@Suite(.serialized) enum OnServers {}
