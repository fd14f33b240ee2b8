import Foundation

/// A small generator of its own, so that a seed gives the same numbers with every Swift release.
///
/// SplitMix64 of Steele, Lea and Flood (OOPSLA 2014): one addition and three xor-multiply rounds a number,
/// period 2^64, good enough by far for behaviour and never meant for secrets.
public struct SplitMix64: Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SplitMix64 {
    /// Evenly spread over 0..<1, with 53 bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    public mutating func uniform(_ bounds: ClosedRange<Double>) -> Double {
        bounds.lowerBound + uniform() * (bounds.upperBound - bounds.lowerBound)
    }

    /// Evenly spread over `0..<count`. `count` must be positive.
    public mutating func index(below count: Int) -> Int {
        min(Int(uniform() * Double(count)), count - 1)
    }

    public mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }

    /// Mean 0, standard deviation 1 (Box and Muller; the second number is not kept, so that one call is one
    /// draw).
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    public mutating func lognormal(median: Double, sigma: Double) -> Double {
        median * exp(sigma * normal())
    }

    /// The place of one weight, drawn in proportion to the weights. At least one must be positive.
    public mutating func index(weights: [Double]) -> Int {
        var left = uniform() * weights.reduce(0, +)
        for (place, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return place }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    /// How many happen when `mean` are expected (Knuth; for means below about 30).
    public mutating func poisson(mean: Double) -> Int {
        let limit = exp(-mean)
        var product = uniform()
        var count = 0
        while product > limit {
            product *= uniform()
            count += 1
        }
        return count
    }
}

/// Where the numbers of one question come from: the same question has the same answer whatever was asked
/// before.
///
/// Each draw is keyed by learner, day and purpose. That is what makes a cohort independent of the size of its
/// steps, and what makes "the same learner without that nudge" an exact question: every other draw stays as
/// it was.
struct Randomness: Sendable {
    enum Purpose: UInt64, Sendable {
        case traits = 1, identity, fate, mood, activity, session, submission, mark, wakeUp, nudge, plan
    }

    let seed: UInt64

    func source(_ purpose: Purpose, learner: Int = 0, number: Int = 0) -> SplitMix64 {
        var key = SplitMix64.mix(seed ^ 0xA076_1D64_78BD_642F)
        for part in [purpose.rawValue, UInt64(bitPattern: Int64(learner)), UInt64(bitPattern: Int64(number))]
        {
            key = SplitMix64.mix(key &+ 0x9E37_79B9_7F4A_7C15 &+ part &* 0xE703_7ED1_A0B4_28DB)
        }
        return SplitMix64(seed: key)
    }
}
