using UserStore.DynamoDb.Expressions;

namespace UserStore.DynamoDb.Users;

/// <summary>The attributes of a user, or the new values of a patch, as they are stored.</summary>
internal abstract class MappedUser : IDisposable
{
    /// <summary>Adds the value of an attribute to a request, and returns its placeholder; null if there is none.</summary>
    /// <param name="writer">The writer of the request.</param>
    /// <param name="attribute">The position of the attribute in the model.</param>
    public abstract string? AddTo(ExpressionWriter writer, int attribute);

    /// <inheritdoc/>
    public abstract void Dispose();
}
