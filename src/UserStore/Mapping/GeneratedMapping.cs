using System.ComponentModel;

namespace UserStore.Mapping;

/// <summary>Maps users of one type to attributes and back, without reflection. The source generator derives from it.</summary>
/// <typeparam name="TUser">The user type.</typeparam>
/// <param name="attributes">The names of the attributes, each at its position.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GeneratedMapping<TUser>(params IReadOnlyList<string> attributes)
    where TUser : class
{
    /// <summary>Gets the names of the attributes, each at its position.</summary>
    public IReadOnlyList<string> Attributes { get; } = attributes;

    /// <summary>Gets the structures in users.</summary>
    public virtual IReadOnlyList<GeneratedStructure> Structures => [];

    /// <summary>Reads a user.</summary>
    /// <param name="item">The reader, at the first attribute of the item.</param>
    /// <returns>The user; <see langword="null"/> for an item that only the SDK's context reads.</returns>
    public abstract TUser? Read(ref ItemReader item);

    /// <summary>Writes the value of an attribute.</summary>
    /// <param name="user">The user.</param>
    /// <param name="attribute">The position of the attribute.</param>
    /// <param name="value">The writer of the value.</param>
    /// <returns>Whether the user has a value that is stored.</returns>
    public abstract bool Write(TUser user, int attribute, ItemWriter value);

    /// <summary>Sets the property with <see cref="RevisionAttribute"/>.</summary>
    /// <param name="user">The user.</param>
    /// <param name="revision">The revision.</param>
    /// <exception cref="NotSupportedException">The type has no such property.</exception>
    public virtual void SetRevision(TUser user, string? revision) => throw new NotSupportedException($"{typeof(TUser).Name} has no revision.");

    /// <summary>Reads a user. What a damaged item, or a member of the type, throws is thrown when the item is read again without the mapping: as the error
    /// of damaged JSON, or as that of the context, with the user and the attribute.</summary>
    /// <inheritdoc cref="Read"/>
    internal TUser? TryRead(ref ItemReader item)
    {
        try
        {
            return Read(ref item);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return null;
        }
    }
}
