import CLibPQ
import Logging

/// Routes what the server says beside its answers (NOTICE, WARNING) to the log.
final class NoticeSink {
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// The sink must live as long as the connection: the owner of both sees to it.
    func attach(to handle: OpaquePointer) {
        _ = PQsetNoticeReceiver(
            handle,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func receive(_ result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue else { return nil }
            return PQresultErrorField(result, Int32(ascii)).map { String(cString: $0) }
        }
        let severity = field("V") ?? field("S") ?? "NOTICE"
        // A sentence may quote a value, so it is masked like that of an error.
        let sentence = DatabaseError.masked(field("M") ?? "")
        logger.log(
            level: severity == "WARNING" ? .warning : .debug, "the database says",
            metadata: [
                "severity": "\(severity)", "sql.state": "\(field("C") ?? "")", "message": "\(sentence)",
            ])
    }
}
