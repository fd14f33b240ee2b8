/// Real and simulated side by side.
extension CohortFigures {
    public struct Comparison: Sendable {
        public let name: String
        public let real: Double
        public let simulated: Double
    }

    /// One line a figure; those by week, percentile and so on have one line each part.
    public var comparisons: [Comparison] {
        var lines = [
            Comparison(
                name: "never started", real: OULADFigures.neverStartedShare, simulated: neverStartedShare),
            Comparison(name: "withdrew", real: OULADFigures.withdrawnShare, simulated: withdrawnShare),
            Comparison(name: "drop-off in 14 days", real: OULADFigures.dropOffShare, simulated: dropOffShare),
            Comparison(
                name: "silences of 14 days that ended", real: OULADFigures.returnShare, simulated: returnShare
            ),
            Comparison(
                name: "active the week after an active one", real: OULADFigures.activeAfterActiveShare,
                simulated: activeAfterActiveShare),
            Comparison(
                name: "active the week after an inactive one", real: OULADFigures.activeAfterInactiveShare,
                simulated: activeAfterInactiveShare),
            Comparison(
                name: "active days in an active week", real: OULADFigures.activeDaysMean,
                simulated: activeDaysMean),
            Comparison(name: "clicks on an active day", real: OULADFigures.clicksMean, simulated: clicksMean),
            Comparison(
                name: "activities on an active day", real: OULADFigures.activitiesMean,
                simulated: activitiesMean),
            Comparison(name: "handed in", real: OULADFigures.submittedShare, simulated: submittedShare),
            Comparison(
                name: "handed in when active before", real: OULADFigures.submittedWhenActiveShare,
                simulated: submittedWhenActiveShare),
            Comparison(name: "mark, mean", real: OULADFigures.markMean, simulated: markMean),
            Comparison(name: "mark, deviation", real: OULADFigures.markDeviation, simulated: markDeviation),
        ]
        lines += parts("active in week", OULADFigures.activeShareByWeek, activeShareByWeek, from: 1)
        lines += parts("drop-off at week", OULADFigures.dropOffShareByWeek, dropOffShareByWeek, from: 0)
        lines += parts("active weeks with days", OULADFigures.activeDaysShare, activeDaysShare, from: 1)
        let names = [10, 25, 50, 75, 90]
        for (place, name) in names.enumerated() where place < activeDaysPercentiles.count {
            lines.append(
                Comparison(
                    name: "active days, percentile \(name)", real: OULADFigures.activeDaysPercentiles[place],
                    simulated: activeDaysPercentiles[place]))
        }
        for (place, name) in names.enumerated() where place < clicksPercentiles.count {
            lines.append(
                Comparison(
                    name: "clicks, percentile \(name)", real: OULADFigures.clicksPercentiles[place],
                    simulated: clicksPercentiles[place]))
        }
        lines += parts("weekday", OULADFigures.weekdayShare, weekdayShare, from: 1)
        lines += OULADFigures.clickShare.map { kind, share in
            Comparison(name: "clicks on \(kind)", real: share, simulated: clickShare(of: kind))
        }
        return lines
    }

    private func parts(_ name: String, _ real: [Double], _ simulated: [Double], from first: Int)
        -> [Comparison]
    {
        zip(real, simulated).enumerated().map { place, pair in
            Comparison(name: "\(name) \(place + first)", real: pair.0, simulated: pair.1)
        }
    }
}
