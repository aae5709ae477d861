namespace UserStore.Generators.Modeling;

/// <summary>How a value is stored.</summary>
internal enum ValueKind
{
    String,
    Boolean,
    Integer,
    Single,
    Double,
    Decimal,
    Char,
    Guid,
    Date,
    EpochDate,
    DateOnly,
    TimeOnly,
    Instant,
    EpochSeconds,
    Bytes,
    Stream,
    Strings,

    /// <summary>An enum, as its number.</summary>
    Enum,

    /// <summary>A nullable enum, as a map with its number.</summary>
    EnumMap,

    /// <summary>What a converter makes of it.</summary>
    Converted,

    /// <summary>A list, set, dictionary or structure.</summary>
    Shape,
}

/// <summary>Describes a value.</summary>
/// <param name="Kind">How it is stored.</param>
/// <param name="Type">The name of its type, without <see cref="Nullable{T}"/>.</param>
/// <param name="IsReference">Whether it is of a class.</param>
/// <param name="IsNullable">Whether it is of <see cref="Nullable{T}"/>.</param>
internal sealed record ValueModel(ValueKind Kind, string Type, bool IsReference, bool IsNullable)
{
    /// <summary>Gets the type of an enum's number.</summary>
    public string Number { get; init; } = "";

    /// <summary>Gets the type that the number of an enum is read as.</summary>
    public string ReadNumber { get; init; } = "";

    /// <summary>Gets the type of the converter.</summary>
    public string Converter { get; init; } = "";

    /// <summary>Gets the position of the shape.</summary>
    public int Shape { get; init; } = -1;

    public bool CanBeNull => IsReference || IsNullable;

    /// <summary>Gets the type of the variable that a value is read into.</summary>
    public string VariableType => Kind switch
    {
        ValueKind.Enum or ValueKind.EnumMap => ReadNumber,
        ValueKind.Stream => "byte[]",
        ValueKind.Strings => "global::UserStore.ValueList<string>",
        _ => Type,
    };
}
