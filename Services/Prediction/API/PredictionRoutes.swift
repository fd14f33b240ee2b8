import Contracts
import Foundation
import RPC

/// What Prediction answers: parse, act, answer.
struct PredictionRoutes: Sendable {
    let reads: RiskReads
    let model: GetModel.Response

    /// - Throws: When the model's card cannot be written as JSON.
    init(reads: RiskReads, model: RiskModel) throws {
        self.reads = reads
        let card = try JSONCoding.encoder().encode(model.card)
        self.model = GetModel.Response(
            version: model.version,
            card: try JSONCoding.decoder().decode([String: JSONValue].self, from: card))
    }

    func register(on router: RPCRouter) {
        router.handle(PredictionRPC.getRisk) { request, context in
            try await reads.risks(of: request, tenant: context.tenant)
        }
        router.handle(PredictionRPC.listAtRisk) { request, context in
            try await reads.atRisk(request, tenant: context.tenant)
        }
        router.handle(PredictionRPC.getRiskHistory) { request, context in
            try await reads.history(request, tenant: context.tenant)
        }
        router.handle(PredictionRPC.getRiskOverview) { request, context in
            try await reads.overview(request, tenant: context.tenant)
        }
        router.handle(PredictionRPC.getModel) { [model] _, _ in model }
    }
}
