// What comes in other shapes than our own.
extension TrackingLimits {
    /// Records of one request. Segment's libraries send 2,500 at most, and as many fit one commit.
    public static let recordsMax = 2_500
    /// Bytes of a RecordForeignEvents request: a body of ``requestBytesMax`` in base64, which is a third longer, and
    /// what stands around it.
    public static let foreignRequestBytesMax = 1_500_000
}
