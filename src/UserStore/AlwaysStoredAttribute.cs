namespace UserStore;

/// <summary>Marks a property of which every user has a value: it can be neither null nor removed.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AlwaysStoredAttribute : Attribute;
