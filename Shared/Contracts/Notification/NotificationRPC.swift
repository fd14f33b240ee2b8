import Foundation

/// What Notification answers.
public enum NotificationRPC {
    public static let service = "holdfast.notification.v1.NotificationService"
    public static let log = LogRPC(service: service)

    public static let setContacts = RPCMethod<SetContacts.Request, Empty>(
        path: "/\(service)/SetContacts", isIdempotent: true)
    public static let getContacts = RPCMethod<GetContacts.Request, GetContacts.Response>(
        path: "/\(service)/GetContacts", isIdempotent: true)
    public static let listDeliveries = RPCMethod<ListDeliveries.Request, ListDeliveries.Response>(
        path: "/\(service)/ListDeliveries", isIdempotent: true)
    public static let getDeliveryOverview = RPCMethod<Empty, GetDeliveryOverview.Response>(
        path: "/\(service)/GetDeliveryOverview", isIdempotent: true)
    public static let listSinkMessages = RPCMethod<ListSinkMessages.Request, ListSinkMessages.Response>(
        path: "/\(service)/ListSinkMessages", isIdempotent: true)
    public static let getSinkMessage = RPCMethod<GetSinkMessage.Request, GetSinkMessage.Response>(
        path: "/\(service)/GetSinkMessage", isIdempotent: true)
    public static let getUnsubscribe = RPCMethod<Unsubscribe.Request, Unsubscribe.Response>(
        path: "/\(service)/GetUnsubscribe", isIdempotent: true)
    public static let unsubscribe = RPCMethod<Unsubscribe.Request, Unsubscribe.Response>(
        path: "/\(service)/Unsubscribe", isIdempotent: true)
}
