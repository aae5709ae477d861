namespace UserStore.Generators.Modeling;

/// <summary>How the elements of a value are stored.</summary>
internal enum ShapeKind
{
    /// <summary>A list, from a list, an array or a set.</summary>
    List,

    /// <summary>A set of strings, numbers or binaries.</summary>
    Set,

    /// <summary>A map from a dictionary.</summary>
    Dictionary,

    /// <summary>A map from the members of a type.</summary>
    Structure,
}

/// <summary>Describes a value that consists of others. The generated code has a method that reads it and one that writes it.</summary>
/// <param name="Kind">How it is stored.</param>
/// <param name="Name">The name in the names of the methods.</param>
/// <param name="Type">The name of its type.</param>
internal sealed record ShapeModel(ShapeKind Kind, string Name, string Type)
{
    /// <summary>Gets the element, or the value of a dictionary.</summary>
    public ValueModel? Element { get; init; }

    public bool IsArray { get; init; }

    /// <summary>Gets a value indicating whether the SDK rejects null and types derived from the declared one.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Gets the type of the set in DynamoDB.</summary>
    public string SetType { get; init; } = "";

    /// <summary>Gets the members of a structure.</summary>
    public StructureModel? Structure { get; init; }
}

/// <summary>Describes a type whose members are stored.</summary>
/// <param name="Type">The name of the type.</param>
/// <param name="IsValueType">Whether it is a struct.</param>
/// <param name="Members">The members that are stored.</param>
/// <param name="Constructor">How an object is created.</param>
internal sealed record StructureModel(string Type, bool IsValueType, EquatableArray<MemberModel> Members, ConstructorModel Constructor);

/// <summary>Describes a stored member.</summary>
/// <param name="Name">The name of the member.</param>
/// <param name="Attribute">The name of the attribute.</param>
/// <param name="Value">The value.</param>
/// <param name="Get">The expression that gets it, of the target {0}.</param>
/// <param name="Set">The statement that sets it, of the target {0} and the value {1}; empty if only a constructor sets it.</param>
internal sealed record MemberModel(string Name, string Attribute, ValueModel Value, string Get, string Set)
{
    /// <summary>Gets a value indicating whether the SDK writes the time if there is none.</summary>
    public bool IsTimestamp { get; init; }

    /// <summary>Gets the structure whose members are attributes of the item itself.</summary>
    public StructureModel? Flattened { get; init; }
}

/// <summary>Describes how an object is created.</summary>
/// <param name="Create">The expression before the arguments, such as <c>new Type</c>; empty for the default of a struct.</param>
/// <param name="Parameters">The parameters.</param>
internal sealed record ConstructorModel(string Create, EquatableArray<ParameterModel> Parameters);

/// <summary>Describes a parameter of a constructor.</summary>
/// <param name="Type">The name of its type.</param>
/// <param name="Member">The position of the member that it sets, or -1.</param>
/// <param name="Default">The argument if there is no attribute; empty if only the context knows it.</param>
internal sealed record ParameterModel(string Type, int Member, string Default);

/// <summary>Describes a method by which generated code reaches what C# does not.</summary>
/// <param name="Kind">The kind of accessor.</param>
/// <param name="Target">The name of the method that is called.</param>
/// <param name="Signature">The declaration.</param>
/// <param name="Container">The declaration of the generic class that contains it; empty for none.</param>
internal sealed record AccessorModel(string Kind, string Target, string Signature, string Container);

/// <summary>Describes a type that the context needs in a trimmed app.</summary>
/// <param name="Type">The name of the type.</param>
/// <param name="IsEnum">Whether it needs the number of an enum only.</param>
internal sealed record RootedType(string Type, bool IsEnum);

/// <summary>Describes a user type.</summary>
/// <param name="ClassName">The name of the generated class.</param>
/// <param name="User">The members that are stored.</param>
/// <param name="Shapes">The values that consist of others.</param>
/// <param name="Accessors">The methods that reach what C# does not.</param>
/// <param name="Rooted">The types that the context needs in a trimmed app.</param>
/// <param name="SetRevision">The statement that sets the revision; empty for none.</param>
internal sealed record UserTypeModel(
    string ClassName,
    StructureModel User,
    EquatableArray<ShapeModel> Shapes,
    EquatableArray<AccessorModel> Accessors,
    EquatableArray<RootedType> Rooted,
    string SetRevision)
{
    /// <summary>Gets what a store reads of the type when it starts; null for what is left to reflection.</summary>
    public TypeDeclaration? Declaration { get; init; }
}

/// <summary>The outcome for a user type: a model, or what prevents one.</summary>
internal sealed record UserTypeResult(UserTypeModel? Model, EquatableArray<MappingDiagnostic> Diagnostics);
