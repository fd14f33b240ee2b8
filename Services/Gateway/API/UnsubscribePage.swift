import Contracts
import Foundation
import HTTPServer
import RPC

/// The page behind the link of every mail. Opening it changes nothing, for mail scanners open links; only the POST of
/// RFC 8058, from a mail program or from the page's button, unsubscribes. No sign-in, no cookie, no redirect.
struct UnsubscribePage: Sendable {
    let client: RPCClient

    func show(token: String, context: RPCContext) async -> HTTPServerResponse {
        await answer(token, context, NotificationRPC.getUnsubscribe) { isUnsubscribed in
            isUnsubscribed
                ? "<p>You are unsubscribed: no more reminders will be sent to you.</p>"
                : """
                <p>Stop study reminders from this course?</p>
                <form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>
                """
        }
    }

    func unsubscribe(token: String, context: RPCContext) async -> HTTPServerResponse {
        await answer(token, context, NotificationRPC.unsubscribe) { _ in
            "<p>Done. No more reminders will be sent to you.</p>"
        }
    }

    private func answer(
        _ token: String, _ context: RPCContext, _ method: RPCMethod<Unsubscribe.Request, Unsubscribe.Response>,
        words: (Bool) -> String
    ) async -> HTTPServerResponse {
        do {
            let answer = try await client.call(method, .init(token: token), context)
            return Self.page(words(answer.isUnsubscribed), status: 200)
        } catch let error as RPCError where error.code == .notFound || error.code == .invalidArgument {
            return Self.page("<p>This link is not one that was sent by us, or was cut off on its way.</p>", status: 404)
        } catch {
            return Self.page("<p>This does not work right now. Please try again in a few minutes.</p>", status: 503)
        }
    }

    private static func page(_ body: String, status: Int) -> HTTPServerResponse {
        let html = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Study reminders</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex"></head>
            <body><main><h1>Study reminders</h1>\(body)</main></body></html>
            """
        return .data(
            Data(html.utf8), type: "text/html; charset=utf-8", status: status,
            headers: [
                ("content-security-policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
                ("referrer-policy", "no-referrer"), ("cache-control", "no-store"),
            ])
    }
}
