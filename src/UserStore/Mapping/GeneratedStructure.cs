using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;

namespace UserStore.Mapping;

/// <summary>A structure in users, with the members that generated code maps. For code that the source generator writes.</summary>
/// <param name="type">The type.</param>
/// <param name="members">The names of the members.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GeneratedStructure([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type type, params string[] members)
{
    internal string Name => type.Name;

    /// <summary>Returns the members that the SDK's context maps and generated code does not, or the other way round.</summary>
    internal IEnumerable<string> Differences()
    {
        string[] stored = [.. StoredMembers.NamesIn(type)];
        return stored.Except(members).Concat(members.Except(stored));
    }
}
