import Contracts
import Crypto
import Foundation

/// What only this service may read, and what only it can make: everything here hangs on one secret of 32 bytes.
///
/// Three keys are derived from it, so that one use tells nothing about another: for sealing contacts, for finding an
/// address again without storing it, and for the links in mails.
public struct DerivedKeys: Sendable {
    private let sealing: SymmetricKey
    private let lookup: SymmetricKey
    private let links: SymmetricKey

    /// - Parameter base64: 32 random bytes, e.g. of `openssl rand -base64 32`.
    /// - Throws: ``NotificationError/unreadable(_:)``, without the value.
    public init(base64: String) throws(NotificationError) {
        guard let bytes = Data(base64Encoded: base64), bytes.count == 32 else {
            throw .unreadable("expected 32 bytes in base64, e.g. of `openssl rand -base64 32`")
        }
        let secret = SymmetricKey(data: bytes)
        func derive(_ use: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: secret, info: Data("holdfast-notification/\(use)/1".utf8),
                outputByteCount: 32)
        }
        sealing = derive("contact")
        lookup = derive("address-lookup")
        links = derive("unsubscribe")
    }

    /// Encrypts one field of one learner with AES-256-GCM, under a fresh nonce. Opens only in its own place: a value
    /// moved to another row, column or tenant is not readable there.
    func seal(_ text: String, field: ContactField, tenant: TenantID, learner: LearnerID) throws -> Data {
        let box = try AES.GCM.seal(
            Data(text.utf8), using: sealing, authenticating: Self.place(field, tenant, learner))
        guard let combined = box.combined else {
            throw NotificationError.unreadable("a sealed field has no standard nonce")
        }
        return combined
    }

    /// - Throws: ``NotificationError/unreadable(_:)`` when it was sealed under another key or for another place.
    func open(_ sealed: Data, field: ContactField, tenant: TenantID, learner: LearnerID) throws -> String {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            let bytes = try AES.GCM.open(
                box, using: sealing, authenticating: Self.place(field, tenant, learner))
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw NotificationError.unreadable("a sealed field is not text")
            }
            return text
        } catch let error as NotificationError {
            throw error
        } catch {
            // The library's error names neither key nor content; what matters is which place it was.
            throw NotificationError.unreadable(
                "\(field.rawValue) of learner \(learner) cannot be opened: it was sealed under another key, or moved"
            )
        }
    }

    /// The same for equal addresses of one tenant, and telling nothing without the key.
    func fingerprint(of address: EmailAddress, tenant: TenantID) -> Data {
        Data(
            HMAC<SHA256>.authenticationCode(
                for: Self.joined([tenant.rawValue, address.normalised]), using: lookup))
    }

    /// The opaque part of a delivery's unsubscribe link: always the same one for one delivery, and never expiring.
    func unsubscribeToken(delivery: DeliveryID, tenant: TenantID, learner: LearnerID) -> String {
        let parts = [tenant.rawValue, learner.description, delivery.description]
        let code = HMAC<SHA256>.authenticationCode(for: Self.joined(parts), using: links)
        return Data(code).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// What is stored of a token: who reads the database can still unsubscribe nobody.
    static func hash(ofToken token: String) -> Data { Data(SHA256.hash(data: Data(token.utf8))) }

    private static func place(_ field: ContactField, _ tenant: TenantID, _ learner: LearnerID) -> Data {
        joined(["contact", tenant.rawValue, learner.description, field.rawValue])
    }

    /// Parts with their lengths, so that no two lists give the same bytes.
    private static func joined(_ parts: [String]) -> Data {
        Data(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8)
    }
}

/// The fields of a contact that are stored sealed.
enum ContactField: String, Sendable {
    case name, email, phone
}

extension DeliveryID {
    /// The one delivery of a nudge over a channel: the same id however often the nudge is heard.
    static func derived(from nudge: NudgeID, channel: Channel, tenant: TenantID) -> DeliveryID {
        let name = "delivery/\(tenant.rawValue.utf8.count):\(tenant.rawValue)/\(nudge)/\(channel.rawValue)"
        var bytes = Array(SHA256.hash(data: Data(name.utf8)).prefix(16))
        // Version 8, variant 1 (RFC 9562): a UUID of our own making.
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return DeliveryID(rawValue: bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) })
    }
}
