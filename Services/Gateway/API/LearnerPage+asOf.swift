import Foundation

extension LearnerPage {
    /// Leaves out what was not there yet at `instant`; Tracking's own parts were asked for as of then.
    ///
    /// What had been decided or sent by then is shown as it stands now.
    func known(at instant: Date?) -> LearnerPage {
        guard let instant else { return self }
        var page = self
        page.risks.removeAll { $0.scoredAt > instant }
        page.riskHistory = riskHistory.mapValues { points in points.filter { $0.scoredAt <= instant } }
        page.nudges.removeAll { $0.decidedAt > instant }
        page.decisions.removeAll { $0.decidedAt > instant }
        page.deliveries.removeAll { $0.plannedAt > instant }
        return page
    }
}
