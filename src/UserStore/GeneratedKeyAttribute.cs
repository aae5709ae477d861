namespace UserStore;

/// <summary>Marks the key that the store fills in when a user without one is created: with a version-7 UUID (RFC 9562).</summary>
/// <remarks>The partition key or the sort key, a string or a <see cref="Guid"/>. A key without this attribute must be given.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GeneratedKeyAttribute : Attribute;
