import Foundation

/// The indicators of one enrollment as of one day; `NaN` stands for what is not known.
public struct FeatureVector: Hashable, Sendable {
    /// One value an ``Indicator``, in its order.
    public private(set) var values: [Float]

    /// All unknown.
    public init() {
        values = [Float](repeating: .nan, count: Indicator.allCases.count)
    }

    public subscript(indicator: Indicator) -> Double {
        get { Double(values[indicator.rawValue]) }
        set { values[indicator.rawValue] = Float(newValue) }
    }
}
