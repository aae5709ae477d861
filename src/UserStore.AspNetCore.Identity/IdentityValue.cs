using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using UserStore.Modeling;

namespace UserStore.AspNetCore.Identity;

/// <summary>Compares values of properties with copies of them.</summary>
internal static class IdentityValue
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Returns whether two values are equal: collections by their elements, other objects by their fields. An equality of their own, such as
    /// that of entities with the same id, would hide changes.</summary>
    public static bool AreEqual(object? one, object? other)
    {
        if (ReferenceEquals(one, other))
            return true;
        // Objects that contain themselves cannot be stored, which the store says when they are written.
        if (one is null || other is null || one.GetType() != other.GetType() || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;
        return (one, other) switch
        {
            (DateTimeOffset first, DateTimeOffset second) => first.EqualsExact(second),
            (MemoryStream first, MemoryStream second) => first.ToArray().AsSpan().SequenceEqual(second.ToArray()),
            (HashSet<string> first, HashSet<string> second) => first.SetEquals(second),
            (IEnumerable first, IEnumerable second) when one is not string => first.Cast<object?>().SequenceEqual(second.Cast<object?>(), Comparer.Instance),
            _ => UserCopier.IsImmutable(one.GetType()) ? one.Equals(other) : HaveEqualFields(one, other),
        };
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Fields that are trimmed are not read, so that they are not stored either.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Fields that are trimmed are not read, so that they are not stored either.")]
    private static bool HaveEqualFields(object one, object other)
    {
        for (Type? type = one.GetType(); type is not null; type = type.BaseType)
        {
            if (!Array.TrueForAll(type.GetFields(Fields), field => AreEqual(field.GetValue(one), field.GetValue(other))))
                return false;
        }

        return true;
    }

    private sealed class Comparer : IEqualityComparer<object?>
    {
        public static Comparer Instance { get; } = new();

        bool IEqualityComparer<object?>.Equals(object? one, object? other) => AreEqual(one, other);

        int IEqualityComparer<object?>.GetHashCode(object? value) => 0;
    }
}
