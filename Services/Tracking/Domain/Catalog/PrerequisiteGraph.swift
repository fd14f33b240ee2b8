import Contracts

/// Which activities come before which.
struct PrerequisiteGraph {
    private let before: [ActivityID: [ActivityID]]
    private let order: [ActivityID]

    init(_ activities: [PlannedActivity]) {
        before = Dictionary(activities.map { ($0.id, $0.prerequisites) }, uniquingKeysWith: { first, _ in first })
        order = activities.map(\.id)
    }

    /// The first circle in the order of the activities, beginning and ending with the same one; `nil` when every
    /// activity can be reached.
    ///
    /// - Complexity: one visit an activity and prerequisite. A walk in depth with a stack of its own, because a chain
    ///   may be as long as the run.
    var circle: [ActivityID]? {
        var finished: Set<ActivityID> = []
        for start in order where !finished.contains(start) {
            var path: [(activity: ActivityID, next: Int)] = [(start, 0)]
            var onPath: Set<ActivityID> = [start]
            while let (activity, next) = path.last {
                let prerequisites = before[activity] ?? []
                guard next < prerequisites.count else {
                    finished.insert(activity)
                    onPath.remove(activity)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let prerequisite = prerequisites[next]
                if onPath.contains(prerequisite) {
                    return path.map(\.activity).drop { $0 != prerequisite } + [prerequisite]
                }
                guard !finished.contains(prerequisite) else { continue }
                path.append((prerequisite, 0))
                onPath.insert(prerequisite)
            }
        }
        return nil
    }
}
