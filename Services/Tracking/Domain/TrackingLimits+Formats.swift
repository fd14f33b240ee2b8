// What comes in other shapes than our own.
extension TrackingLimits {
    /// Records of one request. Segment's libraries send 2,500 at most, and as many fit one commit.
    public static let recordsMax = 2_500
}
