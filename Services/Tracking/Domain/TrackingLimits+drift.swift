// Noticing that a source speaks with words that are not known here.
extension TrackingLimits {
    /// A batch of a source is looked at no more often than this, by the wall clock.
    public static let driftSampleEvery: Duration = .seconds(1)
    /// Events of a batch that are looked at: about a tenth of a millisecond.
    public static let driftEventsPerSample = 10
    /// Sources whose last look is remembered; beyond that all of them may be looked at again.
    public static let driftSourcesMax = 1_000
    /// Words that are gathered before they are written down, every 15 s.
    public static let driftWordsPerSampleMax = 500
    /// Words that are kept of one source.
    public static let driftWordsPerSourceMax = 200
    /// Bytes of a word; longer ones are no words.
    public static let driftWordBytesMax = 256
}
