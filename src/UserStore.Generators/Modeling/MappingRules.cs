using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>The rules of user types whose mapping is generated.</summary>
internal static class MappingRules
{
    public const string Type = "USG001";
    public const string Access = "USG002";
    public const string Polymorphic = "USG003";
    public const string Flatten = "USG004";
    public const string PropertyType = "USG005";
    public const string Constructor = "USG006";
    public const string Attributes = "USG007";
    public const string Converter = "USG008";
    public const string Language = "USG009";

    private const string Category = "UserStore.Mapping";
    private const string Page = HelpLinks.Root + "docs/generated-mapping.md";

    private static readonly DiagnosticDescriptor TypeRule = new(
        Type, "Users of the type cannot be mapped by generated code", "{0} {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Page + "#usg001");

    private static readonly DiagnosticDescriptor AccessRule = new(
        Access, "A type of a property is not accessible to generated code", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usg002");

    private static readonly DiagnosticDescriptor PolymorphicRule = new(
        Polymorphic, "A property holds objects of several types", "{0} {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Page + "#usg003");

    private static readonly DiagnosticDescriptor FlattenRule = new(
        Flatten, "A structure cannot be flattened by generated code", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usg004");

    private static readonly DiagnosticDescriptor PropertyTypeRule = new(
        PropertyType, "A type of a property is not supported", "{0} {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Page + "#usg005");

    private static readonly DiagnosticDescriptor ConstructorRule = new(
        Constructor, "A type has no constructor that the mapping can call", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usg006");

    private static readonly DiagnosticDescriptor AttributesRule = new(
        Attributes, "Attributes of a property contradict each other, or are not understood", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usg007");

    private static readonly DiagnosticDescriptor ConverterRule = new(
        Converter, "A converter cannot be created by generated code", "{0} {1}", Category, DiagnosticSeverity.Error, true,
        helpLinkUri: Page + "#usg008");

    private static readonly DiagnosticDescriptor LanguageRule = new(
        Language, "The version of C# is too old for generated code", "{0} {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: Page + "#usg009");

    public static DiagnosticDescriptor ById(string id) => id switch
    {
        Type => TypeRule,
        Access => AccessRule,
        Polymorphic => PolymorphicRule,
        Flatten => FlattenRule,
        PropertyType => PropertyTypeRule,
        Constructor => ConstructorRule,
        Attributes => AttributesRule,
        Language => LanguageRule,
        _ => ConverterRule,
    };
}
