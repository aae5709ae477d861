namespace UserStore;

/// <summary>Generates, when the project is built, code that maps users of the type to items and back without reflection.</summary>
/// <remarks>
/// <see cref="UserStoreOptions.Mapping"/> selects it. The type may be any that a store keeps; it need not be partial. What cannot be generated is
/// reported by the compiler.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class GenerateUserMappingAttribute : Attribute;
