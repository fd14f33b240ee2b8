import Contracts
import Foundation
import PostgreSQL

/// Contacts, sealed on the way in and opened on the way out.
struct ContactStore: Sendable {
    let keys: DerivedKeys

    /// Replaces what is known of each learner; a field that is absent is forgotten. All or none.
    func save(_ contacts: [CheckedContact], tenant: TenantID, now: Date, on session: Session) throws {
        guard !contacts.isEmpty else { return }
        // In one order everywhere, so that two writers, or a writer and a sender, never wait for each other in a ring.
        let contacts = contacts.sorted { $0.learner < $1.learner }
        func sealed(_ field: ContactField, _ value: (CheckedContact) -> String?) throws -> [Data?] {
            try contacts.map { contact in
                try value(contact).map {
                    try keys.seal($0, field: field, tenant: tenant, learner: contact.learner)
                }
            }
        }
        _ = try session.execute(
            """
            INSERT INTO contact (tenant, learner, name, email, phone, email_lookup, locale, time_zone, updated_at)
            SELECT \(tenant), learner, name, email, phone, email_lookup, locale, time_zone, \(now)
            FROM unnest(\(contacts.map(\.learner)), \(try sealed(.name, \.name)),
                        \(try sealed(.email, \.email?.text)), \(try sealed(.phone, \.phone)),
                        \(contacts.map { contact in contact.email.map { keys.fingerprint(of: $0, tenant: tenant) } }),
                        \(contacts.map(\.locale)), \(contacts.map(\.timeZone)))
                 AS new(learner, name, email, phone, email_lookup, locale, time_zone)
            ON CONFLICT (tenant, learner) DO UPDATE
               SET name = excluded.name, email = excluded.email, phone = excluded.phone,
                   email_lookup = excluded.email_lookup, locale = excluded.locale,
                   time_zone = excluded.time_zone, updated_at = excluded.updated_at
            """
        )
    }

    /// Those that are known, in the order asked. Reads by primary key.
    func contacts(_ learners: [LearnerID], tenant: TenantID, on session: Session) throws -> [Contact] {
        let rows = try session.rows(
            """
            SELECT learner, name, email, phone, locale, time_zone FROM contact
            WHERE tenant = \(tenant) AND learner = ANY(\(learners))
            """
        )
        var found: [LearnerID: Contact] = [:]
        for row in rows {
            let learner: LearnerID = try row.decode("learner")
            func opened(_ field: ContactField) throws -> String? {
                try row.decode(field.rawValue, as: Data?.self).map {
                    try keys.open($0, field: field, tenant: tenant, learner: learner)
                }
            }
            found[learner] = Contact(
                learner: learner, name: try opened(.name), email: try opened(.email),
                phone: try opened(.phone),
                locale: try row.decode("locale"), timeZone: try row.decode("time_zone"))
        }
        return learners.compactMap { found[$0] }
    }

    /// The learner's row, locked against senders until the transaction ends: a send that begins later sees what this
    /// transaction writes. Nothing is locked where there is no row; then nothing can be sent either.
    func lock(_ learner: LearnerID, tenant: TenantID, on session: Session) throws {
        _ = try session.rows(
            "SELECT 1 AS one FROM contact WHERE tenant = \(tenant) AND learner = \(learner) FOR UPDATE")
    }
}
