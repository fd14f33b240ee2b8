import Foundation

/// The indicators of one enrollment as of one day; `NaN` stands for what is not known.
public struct FeatureVector: Hashable, Sendable {
    /// One value an ``Indicator``, in its order.
    public private(set) var values: [Float]

    /// All unknown.
    public init() {
        values = [Float](repeating: .nan, count: Indicator.allCases.count)
    }

    /// Bit by bit: two unknown values are the same.
    public static func == (left: Self, right: Self) -> Bool {
        zip(left.values, right.values).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    public func hash(into hasher: inout Hasher) {
        for value in values { hasher.combine(value.bitPattern) }
    }

    public subscript(indicator: Indicator) -> Double {
        get { Double(values[indicator.rawValue]) }
        set { values[indicator.rawValue] = Float(newValue) }
    }
}

extension FeatureVector {
    /// Four bytes an indicator, little-endian.
    public func encoded() -> Data {
        var data = Data(capacity: values.count * 4)
        for value in values {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        return data
    }

    /// Reads what ``encoded()`` wrote; `nil` for a vector of another number of indicators, as an older
    /// program computed it.
    public init?(encoded data: Data) {
        guard data.count == Indicator.allCases.count * 4 else { return nil }
        values = data.withUnsafeBytes { bytes in
            (0..<Indicator.allCases.count).map { index in
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
            }
        }
    }
}
