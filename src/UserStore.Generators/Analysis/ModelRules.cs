using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Analysis;

/// <summary>The rules of user types, which registration checks as well. A sentence about a type or a property says what is wrong, and the remedy.</summary>
internal static class ModelRules
{
    public const string KeyMissing = "USA001";
    public const string KeyTwice = "USA002";
    public const string KeyType = "USA003";
    public const string GeneratedKey = "USA004";
    public const string Version = "USA005";
    public const string RoleTwice = "USA006";
    public const string Time = "USA007";
    public const string Expiry = "USA008";
    public const string RevisionType = "USA009";
    public const string RevisionStored = "USA010";
    public const string UniqueType = "USA011";
    public const string UniqueKey = "USA012";
    public const string UniqueName = "USA013";
    public const string UniqueScope = "USA014";
    public const string UniqueDefault = "USA015";
    public const string NotStored = "USA016";
    public const string PublicField = "USA017";
    public const string NotHonored = "USA018";
    public const string InsideStructure = "USA019";
    public const string PropertyType = "USA020";
    public const string Constructor = "USA021";
    public const string SetByConstructor = "USA022";
    public const string AttributeTwice = "USA023";
    public const string Index = "USA024";
    public const string IndexKeyType = "USA025";
    public const string Encrypted = "USA026";

    private const string Category = "UserStore.Model";
    private const string Page = HelpLinks.Root + "docs/user-type-rules.md";

    private static readonly DiagnosticDescriptor KeyMissingRule = new(
        KeyMissing, "A user type has no key", "{0} {1}", Category, DiagnosticSeverity.Warning, true,
        helpLinkUri: Page + "#usa001");

    private static readonly DiagnosticDescriptor KeyTwiceRule = new(
        KeyTwice, "A user type has two keys of a kind", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa002");

    private static readonly DiagnosticDescriptor KeyTypeRule = new(
        KeyType, "A key is of a type that is not supported", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa003");

    private static readonly DiagnosticDescriptor GeneratedKeyRule = new(
        GeneratedKey, "A generated key is an integer", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa004");

    private static readonly DiagnosticDescriptor VersionRule = new(
        Version, "A version is not a nullable integer of 32 bits or more", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa005");

    private static readonly DiagnosticDescriptor RoleTwiceRule = new(
        RoleTwice, "Two properties have the same role", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa006");

    private static readonly DiagnosticDescriptor TimeRule = new(
        Time, "A time of creation or update is not a date", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa007");

    private static readonly DiagnosticDescriptor ExpiryRule = new(
        Expiry, "An expiry is not stored as epoch seconds", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa008");

    private static readonly DiagnosticDescriptor RevisionTypeRule = new(
        RevisionType, "A revision is not a string", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa009");

    private static readonly DiagnosticDescriptor RevisionStoredRule = new(
        RevisionStored, "A revision would be stored", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa010");

    private static readonly DiagnosticDescriptor UniqueTypeRule = new(
        UniqueType, "A unique or indexed value is not stored as strings", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa011");

    private static readonly DiagnosticDescriptor UniqueKeyRule = new(
        UniqueKey, "A unique value is a part of the key", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa012");

    private static readonly DiagnosticDescriptor UniqueNameRule = new(
        UniqueName, "A unique value has no name or normalization of its own", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa013");

    private static readonly DiagnosticDescriptor UniqueScopeRule = new(
        UniqueScope, "The scope of a unique value cannot be one", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa014");

    private static readonly DiagnosticDescriptor UniqueDefaultRule = new(
        UniqueDefault, "A unique value has a default", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa015");

    private static readonly DiagnosticDescriptor NotStoredRule = new(
        NotStored, "A property that is not stored has an attribute of stored properties", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa016");

    private static readonly DiagnosticDescriptor PublicFieldRule = new(
        PublicField, "A user type has a public field", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa017");

    private static readonly DiagnosticDescriptor NotHonoredRule = new(
        NotHonored, "An attribute of the SDK is not honored", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa018");

    private static readonly DiagnosticDescriptor InsideStructureRule = new(
        InsideStructure, "A property of a structure has an attribute of users", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa019");

    private static readonly DiagnosticDescriptor PropertyTypeRule = new(
        PropertyType, "A property is of a type that is not stored and read back", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa020");

    private static readonly DiagnosticDescriptor ConstructorRule = new(
        Constructor, "The SDK cannot create users of the type", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa021");

    private static readonly DiagnosticDescriptor SetByConstructorRule = new(
        SetByConstructor, "A constructor sets a version or timestamp", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa022");

    private static readonly DiagnosticDescriptor AttributeTwiceRule = new(
        AttributeTwice, "Two properties are mapped to one attribute", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa023");

    private static readonly DiagnosticDescriptor IndexRule = new(
        Index, "An index is not declared correctly", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa024");

    private static readonly DiagnosticDescriptor IndexKeyTypeRule = new(
        IndexKeyType, "A key of an index is of a type that is not supported", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa025");

    private static readonly DiagnosticDescriptor EncryptedRule = new(
        Encrypted, "A property is encrypted that must be readable", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usa026");

    public static IReadOnlyList<DiagnosticDescriptor> All { get; } =
    [
        KeyMissingRule, KeyTwiceRule, KeyTypeRule, GeneratedKeyRule, VersionRule,
        RoleTwiceRule, TimeRule, ExpiryRule, RevisionTypeRule, RevisionStoredRule,
        UniqueTypeRule, UniqueKeyRule, UniqueNameRule, UniqueScopeRule, UniqueDefaultRule,
        NotStoredRule, PublicFieldRule, NotHonoredRule, InsideStructureRule, PropertyTypeRule,
        ConstructorRule, SetByConstructorRule, AttributeTwiceRule, IndexRule, IndexKeyTypeRule,
        EncryptedRule,
    ];

    public static DiagnosticDescriptor ById(string id) => All.First(rule => rule.Id == id);
}
