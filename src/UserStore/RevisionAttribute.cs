namespace UserStore;

/// <summary>Marks the string property that identifies the stored revision of a user that the store returned. It is not stored itself.</summary>
/// <remarks>
/// The value is opaque. It travels with copies and JSON, differs after every write, and can serve as an entity tag. A user that still has it is
/// replaced without being read before, unless its unique values change, and deleted likewise if its type has none: the property contains no
/// values of the user. Without such a property, or when it is <see langword="null"/>, these calls cost one consistent read more, and compare the
/// version and the property with <see cref="CreatedAtAttribute"/>.
/// </remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RevisionAttribute : Attribute;
