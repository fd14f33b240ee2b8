// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let hummingbird: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
]

/// The command listens to the live socket, to measure it.
let webSocketClient: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
]

/// What every service stands on.
let platform: [Target.Dependency] = [
    "Contracts", "PostgreSQL", "RedisStreams", "EventLog", "RPC", "HTTPServer", "HTTPClient", "Runtime", "Platform",
    logging, metrics, lifecycle,
]

/// One shared library and its tests.
func shared(_ name: String, uses: [Target.Dependency], testsUse: [Target.Dependency] = []) -> [Target] {
    [
        .target(name: name, dependencies: uses, path: "Shared/\(name)", swiftSettings: settings),
        .testTarget(
            name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + testsUse,
            path: "Tests/\(name)Tests", swiftSettings: settings),
    ]
}

/// Every service is one library (its rooms), one executable (its door) and its tests.
func service(
    _ name: String, uses: [Target.Dependency] = [], resources: [Resource] = [.copy("Store/Migrations")],
    alsoExclude: [String] = []
) -> [Target] {
    [
        .target(
            name: name, dependencies: platform + uses, path: "Services/\(name)",
            exclude: ["Main", "README.md"] + alsoExclude, resources: resources, swiftSettings: settings),
        .executableTarget(
            name: "\(name.lowercased())-service", dependencies: [.target(name: name), "Runtime"],
            path: "Services/\(name)/Main", swiftSettings: settings),
        .testTarget(
            name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + platform,
            path: "Tests/\(name)Tests", swiftSettings: settings),
    ]
}

let systemLibraries: [Target] = [
    .systemLibrary(
        name: "CLibPQ", path: "Shared/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CHiredis", path: "Shared/CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(
        name: "CCurl", path: "Shared/CCurl", pkgConfig: "libcurl",
        providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", path: "Shared/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
        name: "CXGBoost", path: "Shared/CXGBoost", pkgConfig: "xgboost",
        providers: [.apt(["libxgboost-dev"])]),
]

let sharedLibraries: [Target] =
    shared("Contracts", uses: [])
    + shared("PostgreSQL", uses: ["CLibPQ", logging, metrics, collections, crypto])
    + shared("RedisStreams", uses: ["CHiredis", logging, crypto])
    + shared(
        "EventLog", uses: ["Contracts", "PostgreSQL", "RedisStreams", logging, metrics, lifecycle],
        testsUse: ["eventlog-worker", "Contracts", "PostgreSQL", "RedisStreams", logging, lifecycle])
    + [
        // The fault campaign of EventLogTests kills and freezes this process.
        .executableTarget(
            name: "eventlog-worker",
            dependencies: ["EventLog", "Contracts", "PostgreSQL", "RedisStreams", logging, lifecycle],
            path: "Tests/EventLogWorker", swiftSettings: settings)
    ]
    + shared("HTTPClient", uses: ["CCurl", logging, metrics, collections])
    + shared(
        "Runtime", uses: ["Contracts", configuration, logging, metrics, tracing, lifecycle],
        testsUse: ["runtime-worker", "HTTPClient", logging, metrics])
    + [
        // RuntimeTests start and stop this process, to see how a service begins and ends.
        .executableTarget(
            name: "runtime-worker", dependencies: ["Runtime", "HTTPServer", lifecycle], path: "Tests/RuntimeWorker",
            swiftSettings: settings)
    ]
    + shared(
        "HTTPServer", uses: ["Contracts", "RPC", "Runtime", logging, metrics, lifecycle] + hummingbird,
        testsUse: ["HTTPClient"])
    + shared(
        "RPC", uses: ["CZlib", "Contracts", "HTTPClient", "Runtime", logging, metrics, tracing],
        testsUse: ["HTTPServer", "HTTPClient"])
    + shared("XGBoost", uses: ["CXGBoost"])
    + shared("Simulator", uses: ["Contracts"])
    + [
        .target(
            name: "Platform",
            dependencies: [
                "Contracts", "PostgreSQL", "RedisStreams", "EventLog", "RPC", "HTTPServer", "HTTPClient", "Runtime",
                logging, lifecycle,
            ],
            path: "Shared/Platform", swiftSettings: settings),
        .target(
            name: "TestSupport",
            dependencies: ["Contracts", "PostgreSQL", "RedisStreams", "HTTPClient", "Runtime", logging],
            path: "Shared/TestSupport", swiftSettings: settings)
    ]

let services: [Target] =
    service("Tracking", uses: [crypto], resources: [.copy("Store/Migrations"), .copy("Mappings")])
    + service(
        "Prediction", uses: ["XGBoost"],
        resources: [.copy("Store/Migrations"), .copy("Model/Artifacts")])
    + service("Nudging", uses: [crypto])
    + service(
        "Notification", uses: [crypto, mustache],
        resources: [.copy("Store/Migrations"), .copy("Templates")])
    + service(
        "Gateway", uses: [crypto] + hummingbird,
        resources: [.copy("Store/Migrations"), .copy("API/Schemas")], alsoExclude: ["Dashboard"])

let command: [Target] = [
    .executableTarget(
        name: "holdfast",
        dependencies: ["CZlib", "Simulator", "Prediction", "Tracking", "XGBoost", arguments] + webSocketClient + platform,
        path: "Services/Command", exclude: ["README.md"], swiftSettings: settings),
    .testTarget(
        name: "CommandTests", dependencies: ["holdfast", "Simulator", "TestSupport"] + platform,
        path: "Tests/CommandTests", swiftSettings: settings),
    .testTarget(
        name: "SuiteTests",
        dependencies: ["Fuzzing", "TestSupport", "Simulator", "Tracking", "Prediction", "Nudging", "Notification", "Gateway"]
            + platform,
        path: "Tests/SuiteTests", swiftSettings: settings),
    // Hostile inputs out of good ones; FuzzTests opens every door with them, SuiteTests those of the running suite.
    .target(
        name: "Fuzzing", dependencies: ["Contracts", "Simulator", "TestSupport"], path: "Tests/Fuzzing",
        swiftSettings: settings),
    .testTarget(
        name: "FuzzTests",
        dependencies: ["Fuzzing", "TestSupport", "Tracking", "Notification", "Gateway", "holdfast"] + platform,
        path: "Tests/FuzzTests", swiftSettings: settings),
    .testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: settings),
]

let package = Package(
    name: "holdfast",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
    ],
    targets: systemLibraries + sharedLibraries + services + command
)
