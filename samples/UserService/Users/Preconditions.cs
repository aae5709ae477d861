using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using UserStore;

namespace UserService.Users;

/// <summary>The headers If-Match and If-None-Match, RFC 9110, section 13.1.</summary>
internal sealed class Preconditions
{
    private const string Rule = "must be * or a list of entity tags in quotes, as the header ETag contains them";

    // Each attempt that fails means that another writer has succeeded, although the conditions can allow the user as it is then.
    private const int MaxAttempts = 50;

    private readonly IList<EntityTagHeaderValue>? _match;
    private readonly IList<EntityTagHeaderValue>? _noneMatch;

    private Preconditions(IHeaderDictionary headers)
        => (_match, _noneMatch) = (Read(headers, HeaderNames.IfMatch), Read(headers, HeaderNames.IfNoneMatch));

    /// <exception cref="ProblemException">A header is malformed.</exception>
    public static Preconditions Of(HttpRequest request) => new(request.Headers);

    /// <summary>Returns the entity tag of a user; null for a user without a version.</summary>
    /// <remarks>A user that is deleted and created again starts at version 1 again, and an email can pass to another user. So the tag also identifies
    /// the user by id and time of creation.</remarks>
    public static EntityTagHeaderValue? TagOf(User user)
    {
        if (user.Version is not { } version)
            return null;
        byte[] identity = SHA256.HashData(Encoding.UTF8.GetBytes($"{user.CreatedAt.ToUnixTimeMilliseconds()} {user.UserId}"));
        return new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{version}-{Convert.ToHexStringLower(identity.AsSpan(0, 8))}\""));
    }

    /// <summary>Checks the conditions of a read.</summary>
    /// <returns>False if If-None-Match has the current version: the caller has the user already.</returns>
    /// <exception cref="ProblemException">The user has none of the versions of If-Match.</exception>
    public bool Check(User user)
    {
        if (!IsMatch(user))
            throw new ProblemException(Problem.VersionMismatch());
        return IsNoneMatch(user);
    }

    /// <summary>Runs a write with the user that it must replace, so that the conditions hold when it is applied.</summary>
    /// <param name="readAsync">Reads the user, which exists.</param>
    /// <param name="writeAsync">Writes the user only if it is still the given one; null for any.</param>
    /// <exception cref="ProblemException">The conditions do not hold.</exception>
    public async Task<T> WriteAsync<T>(Func<Task<User>> readAsync, Func<User?, Task<T>> writeAsync)
    {
        if (_match is null or [{ Tag.Value: "*" }] && _noneMatch is null)
            return await writeAsync(null);

        for (int attempt = 1; ; attempt++)
        {
            User user = await readAsync();
            CheckWrite(user);
            try
            {
                return await writeAsync(user);
            }
            catch (UserStoreException changed)
                when (changed is UserConflictException or UserConditionFailedException && attempt < MaxAttempts)
            {
                // The conditions can allow the user as it is now.
            }
        }
    }

    /// <summary>Checks the conditions of a write.</summary>
    /// <exception cref="ProblemException">The conditions do not hold.</exception>
    public void CheckWrite(User user)
    {
        if (!Check(user))
            throw new ProblemException(Problem.VersionMismatch(HeaderNames.IfNoneMatch));
    }

    private static IList<EntityTagHeaderValue>? Read(IHeaderDictionary headers, string name)
    {
        if (!headers.TryGetValue(name, out var values))
            return null;
        bool isList = EntityTagHeaderValue.TryParseStrictList(values, out IList<EntityTagHeaderValue>? tags) && tags.Count > 0;
        return isList && (tags!.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)) ? tags : throw new ProblemException(Problem.Invalid(name, Rule));
    }

    private bool IsMatch(User user)
        => _match is null || _match.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(user), useStrongComparison: true));

    private bool IsNoneMatch(User user)
        => _noneMatch is null || !_noneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(user), useStrongComparison: false));
}
