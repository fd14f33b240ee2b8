/// What a caller of Prediction can get wrong.
public enum PredictionError: Error, Hashable, Sendable {
    /// A page token that no answer gave, or one of another question.
    case invalidPageToken
}
