import Contracts
import Foundation
import Testing

@testable import Tracking

/// The formats that xAPI asks of texts. No database: each is a pure function.
@Suite struct XAPIFormatTests {
    @Test("Data 4.2 (RFC 5646): well-formed language tags pass", arguments: [
        "de", "en-GB", "cmn", "ase", "zh-Hant", "sr-Latn-RS", "es-419", "de-CH-1996", "sl-rozaj-biske", "zh-cmn-Hans-CN",
        "en-a-bbb-x-a-ccc", "x-whatever", "i-klingon", "en-GB-oed", "de-1901", "en-u-co-phonebk", "qaa-Qaaa-QM-x-south",
    ])
    func languageTag(tag: String) { #expect(LanguageTag.isWellFormed(tag)) }

    @Test("Data 4.2 (RFC 5646): ill-formed language tags do not", arguments: [
        "", "something", "a12345678", "e", "en_GB", "en-", "-en", "zh-z-aaa-z-bbb-c-ccc", "en-a", "x", "de-1901-1901",
        "en GB", "12", "en-x",
    ])
    func badLanguageTag(tag: String) { #expect(!LanguageTag.isWellFormed(tag)) }

    @Test func `Communication 1.2: Accept-Language chooses by weight, exact before kin, and the first of none`() {
        let offered = ["en-US", "de", "fr-CA"]
        #expect(LanguageTag.best(of: offered, accepting: nil) == "en-US")
        #expect(LanguageTag.best(of: offered, accepting: "fr;q=0.3, de;q=0.9") == "de")
        #expect(LanguageTag.best(of: offered, accepting: "fr-FR, de;q=0.5") == "fr-CA")
        #expect(LanguageTag.best(of: offered, accepting: "ja, *;q=0.1") == "en-US")
        #expect(LanguageTag.best(of: offered, accepting: "en;q=0, ja") == "en-US")
        #expect(LanguageTag.best(of: [], accepting: "en") == nil)
    }

    @Test("Data 4.6 (ISO 8601): durations pass", arguments: [
        "PT1H0M0.1S", "P3Y1M29DT4H35M59.14S", "PT16559.14S", "P3Y", "P4W", "P1.5D", "PT0S", "P0D", "PT1,5H",
    ])
    func duration(text: String) { #expect(XAPITime.span(text) != nil) }

    @Test("Data 4.6 (ISO 8601): other texts are no durations", arguments: [
        "", "P", "PT", "P1DT", "P4W1D", "PA1H0M0S", "1H", "P1H", "PT1D", "PT1.5H3M", "-PT1H", "pt1h", "PT1H ", "P1S",
    ])
    func badDuration(text: String) { #expect(XAPITime.span(text) == nil) }

    @Test func `a duration has a length unless it has years or months`() {
        #expect(XAPITime.span("P1DT2H3M4.5S")?.exactSeconds == 93_784.5)
        #expect(XAPITime.span("P2W")?.exactSeconds == 1_209_600)
        #expect(XAPITime.span("P1M")?.exactSeconds == nil)
    }

    @Test("Data 4.5 (ISO 8601, RFC 3339): the same moment in every allowed spelling", arguments: [
        "2008-09-15T15:53:00.601Z", "2008-09-15T15:53:00.601+00:00", "2008-09-15 15:53:00.601+00:00",
        "2008-09-15t15:53:00.601z", "2008-09-15T17:53:00.601+02:00", "2008-09-15T10:53:00.601-0500",
        "2008-09-15T17:53:00.601+02", "20080915T155300.601Z", "2008-09-15T15:53:00,601Z",
    ])
    func instant(text: String) {
        let date = XAPITime.instant(text, zoneIsOptional: false)
        #expect(date.map(RFC3339.string(from:)) == "2008-09-15T15:53:00.601000Z")
    }

    @Test("Data 4.5 and 4.2.7: an unknown zone and what is no time are refused", arguments: [
        "2008-09-15T15:53:00.601-00", "2008-09-15T15:53:00.601-0000", "2008-09-15T15:53:00.601-00:00", "01/011/2015",
        "should fail", "", "2008-09-15", "2008-13-15T15:53:00Z", "2008-09-31T15:53:00Z", "2008-09-15T25:53:00Z",
        "2008-09-15T15:53:00.Z", "2008-09-15T15:53:00+25:00",
    ])
    func badInstant(text: String) { #expect(XAPITime.instant(text, zoneIsOptional: true) == nil) }

    @Test func `a time without a zone is UTC in 1.0.3 and refused in 2.0`() {
        let text = "2008-09-15T15:53:00"
        #expect(XAPITime.instant(text, zoneIsOptional: false) == nil)
        #expect(
            XAPITime.instant(text, zoneIsOptional: true).map(RFC3339.string(from:)) == "2008-09-15T15:53:00.000000Z")
    }

    @Test func `Data 4.3: an IRI has a scheme and no character that an IRI has not`() {
        for good in [
            "http://a.example", "urn:uuid:1", "mailto:a@b.example", "course-v1:edX+Demo+1", "uuid://1c0c127a",
            "http://a.example/ä/日本", "http://a.example/?a[]=1", "tag:x,2020:y",
        ] { #expect(XAPIFormats.isIRI(good), "\(good)") }
        for bad in [
            "", "a.example", "http:", "ab=c://a.example", "http://a example", "should fail", "1http://a", "http://a/<b>",
            "http://a/%zz", "http://a/%2", "://a", "http://a/\u{1}",
        ] { #expect(!XAPIFormats.isIRI(bad), "\(bad)") }
    }

    @Test func `Data 2.4.2.3: mailboxes, hashes, UUIDs and media types`() {
        #expect(XAPIFormats.isMailbox("mailto:ada.l+x@class.example"))
        for bad in ["ada@class.example", "mailto:ada", "mailto:@b", "mailto:a@", "mailto:a@b@c", "MAILTO:a@b", "mailto:a@b?x"] {
            #expect(!XAPIFormats.isMailbox(bad), "\(bad)")
        }
        #expect(XAPIFormats.isSHA1("CD9B00a5611f94eaa7b1661edab976068e364975"))
        #expect(!XAPIFormats.isSHA1("cd9b00a5611f94eaa7b1661edab976068e36497"))
        #expect(XAPIFormats.uuid("AA97B177-9383-4934-8543-0F91A7A02836") != nil)
        for bad in ["AA97B177-9383-4934-8543-0F91A7A028368", "MA97B177-9383-4934-8543-0F91A7A02836", "AA97B17793834934"] {
            #expect(XAPIFormats.uuid(bad) == nil, "\(bad)")
        }
        for good in ["text/plain", "text/plain; charset=ascii", "application/vnd.ms-excel", "image/svg+xml"] {
            #expect(XAPIFormats.isMediaType(good), "\(good)")
        }
        for bad in ["", "text", "text/", "/plain", "should fail", "text/plain; charset", "te xt/plain"] {
            #expect(!XAPIFormats.isMediaType(bad), "\(bad)")
        }
    }
}
