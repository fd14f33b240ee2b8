import Contracts
import Foundation
import XGBoost

extension ModelTrainer {
    /// The card of a model that has not been judged yet.
    func card(rows: [TrainingRow], calibration: Calibration) -> ModelCard {
        let unknown = ModelMetrics([])
        return ModelCard(
            version: "", target: Self.target, data: dataSource,
            training: ModelCard.Training(
                rows: rows.count, positives: rows.count { $0.label },
                learners: Set(rows.map(\.learner)).count,
                checkpointEveryDays: Self.checkpointEveryDays, parameters: parameters, seed: parameters.seed),
            calibration: calibration, metrics: unknown, metricsOverAll: unknown, baselines: [:],
            reliability: [],
            bands: .standard,
            features: IndicatorCatalogue.all.map { description in
                ModelCard.Feature(
                    name: description.indicator.name, family: description.family.rawValue,
                    unit: description.unit,
                    title: description.title, direction: "\(description.direction)", meanContribution: 0)
            },
            limits: Self.limits)
    }

    private static let target = ModelCard.Target(
        name: "dropOff14",
        words:
            "No viewing of the course, or withdrawal, in the 14 days after the checkpoint. Learned from all "
            + "enrolled learners; the headline metrics are over those who were active in the 14 days before.",
        horizonDays: RiskScore.horizonDays)

    private var dataSource: ModelCard.DataSource {
        let runs = trainingRuns.map { $0.definition.id.rawValue }.sorted()
        return ModelCard.DataSource(
            name: "Open University Learning Analytics Dataset (OULAD), a part",
            licence: "CC BY 4.0",
            attribution: "Kuzilek J., Hlosta M., Zdrahal Z., Open University Learning Analytics dataset, "
                + "Scientific Data 4:170171 (2017)",
            changes:
                "Identifiers replaced, clicks summed by day and page, exams dropped, marks placed 14 days (tutor "
                + "marked) or 1 day (computer marked) after submission.",
            trainingRuns: runs, validationRun: validationRun.definition.id.rawValue,
            window: "whole runs, day 0 to 14 days before the end; the validation run up to day "
                + "\(validationRun.lastKnownDay)")
    }

    private static let limits = [
        "Learned from distance courses of one university in 2013; the order of learners carries over better than the "
            + "exact probabilities do. Where a course has data of its own, judge it there first.",
        "The first week of a course run is not scored, nor a learner's first week in it.",
        "No protected attribute is an input. Whether errors fall evenly on groups has not been shown by this card.",
        "A score says what would come without further help; it does not say why, nor that a nudge will help.",
        "About half of the tenth with the highest scores comes back without help: "
            + "treat a score as a reason to ask, never as a verdict.",
    ]
}
