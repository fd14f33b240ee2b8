import Foundation

// An encoder that works for every type takes longer over these than most of what happens to an event on its way. A test
// holds that both say the same.

extension RecordEventBatches.Request {
    /// The request as it goes over the wire.
    package var json: Data {
        var json = JSONWriter(capacity: batches.reduce(16) { $0 + $1.body.utf8.count * 5 / 4 + 96 })
        json.raw("{\"batches\":[")
        for (place, batch) in batches.enumerated() {
            json.raw(place == 0 ? "{\"body\":" : ",{\"body\":")
            json.quoted(batch.body)
            if let trace = batch.traceparent {
                json.raw(",\"traceparent\":")
                json.quoted(trace)
            }
            json.raw("}")
        }
        json.raw("]}")
        return json.data
    }
}

extension RecordEventBatches.Response {
    /// The response as it goes over the wire.
    package var json: Data {
        var json = JSONWriter(capacity: answers.reduce(16) { $0 + ($1.body?.utf8.count ?? 0) * 5 / 4 + 96 })
        json.raw("{\"answers\":[")
        for (place, answer) in answers.enumerated() {
            json.raw(place == 0 ? "{" : ",{")
            var isFirst = true
            func name(_ name: StaticString) {
                if !isFirst { json.raw(",") }
                isFirst = false
                json.raw(name)
            }
            if let body = answer.body {
                name("\"body\":")
                json.quoted(body)
            }
            if let code = answer.code {
                name("\"code\":")
                json.quoted(code.rawValue)
            }
            if let message = answer.message {
                name("\"message\":")
                json.quoted(message)
            }
            if let seconds = answer.retryAfterSeconds {
                name("\"retryAfterSeconds\":")
                json.raw("\(seconds)")
            }
            json.raw("}")
        }
        json.raw("]}")
        return json.data
    }
}
