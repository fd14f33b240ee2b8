/// Names for learners who do not exist. Addresses are at example.org, which RFC 2606 keeps for such use.
enum InventedPeople {
    static let givenNames = [
        "Ada", "Bola", "Chen", "Dara", "Emeka", "Farida", "Goran", "Hana", "Idris", "Jonna", "Kofi", "Leila",
        "Mateo",
        "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tamsin", "Umar", "Vera", "Wanda", "Ximena",
        "Yusuf",
        "Zofia", "Aiko", "Bruno", "Celeste", "Dmitri", "Elif", "Fergus", "Gwen", "Hugo", "Ines", "Jamal",
        "Kaya",
        "Lars", "Mira", "Nils", "Olu", "Pia", "Rafael", "Sanna", "Tariq", "Ulla", "Vikram", "Wen", "Yara",
        "Zane",
    ]
    static let familyNames = [
        "Abara", "Brook", "Castell", "Dunmore", "Ekwall", "Farrow", "Galdo", "Hartwin", "Ivers", "Jansk",
        "Kestrel",
        "Lindqvar", "Moreau", "Norrby", "Okonjo", "Pellan", "Quill", "Rensha", "Sorrel", "Tamar", "Umberly",
        "Vantor",
        "Wexley", "Yarrow", "Zelander", "Ashdown", "Birkett", "Corvin", "Delmare", "Estrova", "Fennick",
        "Gallow",
        "Holloway", "Ishida", "Jovan", "Kimber", "Lacroft", "Mendes", "Nakata", "Orsett",
    ]
    /// Where the learners live, with how many of a hundred live there.
    static let timeZones: [(name: String, share: Double)] = [
        ("Europe/London", 62), ("Europe/Warsaw", 10), ("Africa/Lagos", 8), ("Asia/Kolkata", 8),
        ("America/New_York", 7), ("America/Sao_Paulo", 3), ("Australia/Sydney", 2),
    ]
}
