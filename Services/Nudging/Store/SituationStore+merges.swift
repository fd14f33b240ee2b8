import Contracts
import Foundation
import PostgreSQL

/// Which learners are one person. Each keeps rows of their own; a survivor's situation is read with those of the
/// others.
extension SituationStore {
    func note(_ said: LearnersMerged, tenant: TenantID, on session: Session) throws {
        try session.execute(
            """
            INSERT INTO learner_merge (tenant, merged, survivor) VALUES (\(tenant), \(said.merged), \(said.survivor))
            ON CONFLICT (tenant, merged) DO UPDATE SET survivor = excluded.survivor
            """
        )
    }

    func note(_ said: LearnersUnmerged, tenant: TenantID, on session: Session) throws {
        try session.execute("DELETE FROM learner_merge WHERE tenant = \(tenant) AND merged = \(said.merged)")
    }

    /// As whom those of these learners count who were merged.
    func survivors(
        of learners: Set<LearnerID>, tenant: TenantID, on session: Session
    ) throws -> [LearnerID: LearnerID] {
        guard !learners.isEmpty else { return [:] }
        var survivors: [LearnerID: LearnerID] = [:]
        for row in try session.rows(
            "SELECT merged, survivor FROM learner_merge WHERE tenant = \(tenant) AND merged = ANY(\(Array(learners)))"
        ) {
            survivors[try row.decode("merged")] = try row.decode("survivor", as: LearnerID.self)
        }
        return survivors
    }
}
