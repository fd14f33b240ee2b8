import RedisStreams
import Testing

@Suite struct RedisSettingsTests {
    @Test func `an address gives host, port, password and database`() throws {
        let settings = try RedisSettings(url: "redis://reader:s%20ecret@redis.example:6380/3")
        #expect(settings.host == "redis.example")
        #expect(settings.port == 6380)
        #expect(settings.user == "reader")
        #expect(settings.password == "s ecret")
        #expect(settings.database == 3)
    }

    @Test func `the port and the database may be left out, and an IPv6 address is taken as one`() throws {
        #expect(try RedisSettings(url: "redis://localhost").port == 6379)
        #expect(try RedisSettings(url: "redis://localhost/").database == 0)
        #expect(try RedisSettings(url: "redis://:pw@[::1]:7000").host == "::1")
        #expect(try RedisSettings(url: "redis://:pw@localhost").user == nil)
    }

    @Test(arguments: [
        "", "localhost:6379", "http://localhost", "redis://", "redis://h:0", "redis://h:70000",
        "redis://h/x", "redis://h/-1", "redis://h?db=1",
    ])
    func `another form is refused without repeating it`(url: String) {
        #expect {
            try RedisSettings(url: url)
        } throws: { error in
            guard case RedisError.malformedURL = error else { return false }
            return ["", "redis://"].contains(url) || !"\(error)".contains(url)
        }
    }

    @Test func `a description has no password in it`() throws {
        let settings = try RedisSettings(url: "redis://reader:secret@localhost:6380/3")
        #expect("\(settings)" == "redis://localhost:6380/3")
    }
}
