/// Good xAPI statements, and the questions that find them.
public enum Statements {
    public static let id = "00000000-0000-4000-8000-000000000001"
    /// SHA-256 of `paper`, the content of the attachment that ``full`` has.
    public static let paper = "abc"
    public static let paperHash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    private static let ada = #"{"objectType":"Agent","mbox":"mailto:ada@class.example","name":"Ada"}"#

    /// It has nearly every part that a statement of 1.0 can have.
    public static let full = #"""
        {"actor":\#(ada),"verb":{"id":"http://adlnet.gov/expapi/verbs/answered","display":{"en":"answered"}},
         "object":{"objectType":"Activity","id":"http://class.example/quiz/1","definition":{
            "name":{"en":"Quiz","de":"Quiz"},"type":"http://adlnet.gov/expapi/activities/assessment",
            "interactionType":"choice","correctResponsesPattern":["a[,]b"],"choices":[{"id":"a","description":{"en":"A"}},
            {"id":"b"}],"extensions":{"http://class.example/x":null}}},
         "result":{"score":{"scaled":0.5,"raw":5,"min":0,"max":10},"success":true,"response":"a","duration":"PT1M30S"},
         "context":{"registration":"ec531277-b57b-4c15-8d91-d292c5b2b8f7","instructor":\#(ada),
            "team":{"objectType":"Group","member":[\#(ada)]},"language":"en-GB","platform":"Moodle",
            "contextActivities":{"parent":{"id":"http://class.example/course"},"other":[{"id":"http://class.example/o"}]},
            "statement":{"objectType":"StatementRef","id":"\#(id)"},"extensions":{"http://class.example/x":1}},
         "attachments":[{"usageType":"http://class.example/use","display":{"en":"Paper"},"contentType":"text/plain",
            "length":3,"fileUrl":"http://class.example/paper","sha2":"\#(paperHash)"}],
         "timestamp":"2026-09-20T10:00:00.123+02:00"}
        """#

    /// A small one with much in it that is free: what is changed there is still a statement.
    private static let free = #"""
        {"actor":\#(ada),"verb":{"id":"http://class.example/wrote","display":{"en":"wrote","nb":"skrev"}},
         "object":{"id":"http://class.example/essays/1"},"result":{"response":"An essay","extensions":{
            "http://class.example/words":[410,"two",{"three":3.0,"four":null}],"http://class.example/text":"Once",
            "http://class.example/flags":{"a":true,"b":false,"c":[],"d":{}},"http://class.example/time":"PT5M"}},
         "context":{"extensions":{"http://class.example/browser":{"name":"Firefox","version":"140.0","languages":["en","nb"]},
            "http://class.example/score":{"mean":0.25,"of":[1,2,3,4]},"http://class.example/id":"é"}}}
        """#

    public static let all = [
        full, free,
        #"""
        {"id":"\#(id)","actor":{"account":{"homePage":"https://lms.example","name":"41"}},
         "verb":{"id":"http://class.example/planned"},"object":{"objectType":"SubStatement","actor":\#(ada),
         "verb":{"id":"http://class.example/read"},"object":{"id":"http://class.example/pages/1"}}}
        """#,
        #"""
        [{"actor":\#(ada),"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},
          "object":{"objectType":"StatementRef","id":"\#(id)"}},
         {"version":"2.0.0","actor":{"objectType":"Group","name":"G","openid":"https://g.example","member":[\#(ada)]},
          "verb":{"id":"x:y"},"object":{"id":"http://class.example/pages/2"},"context":{"contextAgents":[
          {"objectType":"contextAgent","agent":\#(ada),"relevantTypes":["http://class.example/t"]}]}}]
        """#,
    ]

    /// Query strings of the statement resource.
    public static let queries = [
        "statementId=\(id)&format=canonical&attachments=true", "voidedStatementId=\(id)",
        "agent=%7B%22mbox%22%3A%22mailto%3Aada%40class.example%22%7D&verb=http%3A%2F%2Fclass.example%2Fread&limit=2"
            + "&related_agents=true&since=2026-09-20T10%3A00%3A00Z&until=2026-09-21&ascending=false",
        "activity=http%3A%2F%2Fclass.example%2Fquiz%2F1&related_activities=true&format=ids"
            + "&registration=ec531277-b57b-4c15-8d91-d292c5b2b8f7",
    ]

    /// Query strings of the document resources: state, activity profile, agent profile.
    public static let documentQueries = [
        "activityId=http%3A%2F%2Fclass.example%2Fquiz%2F1&agent=%7B%22mbox%22%3A%22mailto%3Aada%40class.example%22%7D"
            + "&stateId=bookmark&registration=ec531277-b57b-4c15-8d91-d292c5b2b8f7",
        "activityId=http%3A%2F%2Fclass.example%2Fquiz%2F1&profileId=high+scores&since=2026-09-20T10%3A00%3A00Z",
        "agent=%7B%22account%22%3A%7B%22homePage%22%3A%22https%3A%2F%2Flms.example%22%2C%22name%22%3A%2241%22%7D%7D"
            + "&profileId=preferences",
    ]
}
