/// The 64-bit FNV-1a hash: the same on every machine and in every year, fast for short texts. No defence against
/// anybody who looks for two texts of one hash.
public enum FNV1a {
    public static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { hash, byte in (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
}
