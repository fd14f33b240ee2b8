import Foundation

/// What Prediction answers.
public enum PredictionRPC {
    public static let service = "holdfast.prediction.v1.PredictionService"
    public static let log = LogRPC(service: service)

    public static let getRisk = RPCMethod<GetRisk.Request, GetRisk.Response>(
        path: "/\(service)/GetRisk", isIdempotent: true)
    public static let listAtRisk = RPCMethod<ListAtRisk.Request, ListAtRisk.Response>(
        path: "/\(service)/ListAtRisk", isIdempotent: true)
    public static let getRiskHistory = RPCMethod<GetRiskHistory.Request, GetRiskHistory.Response>(
        path: "/\(service)/GetRiskHistory", isIdempotent: true)
    public static let getRiskOverview = RPCMethod<GetRiskOverview.Request, GetRiskOverview.Response>(
        path: "/\(service)/GetRiskOverview", isIdempotent: true)
    public static let getModel = RPCMethod<Empty, GetModel.Response>(
        path: "/\(service)/GetModel", isIdempotent: true)
}
