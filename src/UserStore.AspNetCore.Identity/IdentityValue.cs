using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace UserStore.AspNetCore.Identity;

/// <summary>Compares values of properties with copies of them.</summary>
internal static class IdentityValue
{
    /// <summary>Returns whether two values are equal. Values of a type without an equality of its own are if their state is.</summary>
    public static bool AreEqual(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string, _) => Equals(one, other),
        (HashSet<string> first, HashSet<string> second) => first.SetEquals(second),
        (MemoryStream first, MemoryStream second) => first.ToArray().AsSpan().SequenceEqual(second.ToArray()),
        // A value that contains itself is refused when it is written.
        _ when !RuntimeHelpers.TryEnsureSufficientExecutionStack() => false,
        (IEnumerable first, IEnumerable second) => first.Cast<object?>().SequenceEqual(second.Cast<object?>(), Comparer.Instance),
        _ => Equals(one, other) || HaveEqualState(one, other),
    };

    // Fields rather than properties, which need not show all that a converter stores.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Nothing reads a field that was trimmed, so that it contains nothing to store.")]
    private static bool HaveEqualState(object one, object other)
    {
        if (one.GetType() != other.GetType())
            return false;
        for (Type? type = one.GetType(); type is { IsPrimitive: false }; type = type.BaseType)
        {
            FieldInfo[] fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
            if (!fields.All(field => AreEqual(field.GetValue(one), field.GetValue(other))))
                return false;
        }

        return !one.GetType().IsPrimitive;
    }

    private sealed class Comparer : IEqualityComparer<object?>
    {
        public static Comparer Instance { get; } = new();

        bool IEqualityComparer<object?>.Equals(object? one, object? other) => AreEqual(one, other);

        int IEqualityComparer<object?>.GetHashCode(object? value) => 0;
    }
}
