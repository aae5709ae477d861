using System.Globalization;
using Microsoft.Net.Http.Headers;
using UserStore;

namespace UserService.Users;

/// <summary>The headers If-Match and If-None-Match, RFC 9110, section 13.1. The entity tag of a user is its version.</summary>
internal sealed class Preconditions
{
    private const string Rule = "must be * or a list of entity tags in quotes, as the header ETag contains them";

    private readonly IList<EntityTagHeaderValue>? _match;
    private readonly IList<EntityTagHeaderValue>? _noneMatch;

    private Preconditions(IHeaderDictionary headers)
        => (_match, _noneMatch) = (Read(headers, HeaderNames.IfMatch), Read(headers, HeaderNames.IfNoneMatch));

    /// <exception cref="ProblemException">A header is malformed.</exception>
    public static Preconditions Of(HttpRequest request) => new(request.Headers);

    public static EntityTagHeaderValue? TagOf(User user)
        => user.Version is { } version ? new EntityTagHeaderValue($"\"{version.ToString(CultureInfo.InvariantCulture)}\"") : null;

    /// <summary>Checks the conditions of a read.</summary>
    /// <returns>False if If-None-Match has the current version: the caller has the user already.</returns>
    /// <exception cref="ProblemException">The user has none of the versions of If-Match.</exception>
    public bool Check(User user)
    {
        if (!IsMatch(user))
            throw new ProblemException(Problem.VersionMismatch());
        return IsNoneMatch(user);
    }

    /// <summary>Runs a write with the version that it must replace, so that the conditions hold when it is applied.</summary>
    /// <param name="readAsync">Reads the user, which exists.</param>
    /// <param name="writeAsync">Writes the user; the version is null for any version.</param>
    /// <exception cref="ProblemException">The conditions do not hold.</exception>
    public async Task<T> WriteAsync<T>(Func<Task<User>> readAsync, Func<long?, Task<T>> writeAsync)
    {
        if (_match is null or [{ Tag.Value: "*" }] && _noneMatch is null)
            return await writeAsync(null);

        long? expected = _noneMatch is null ? VersionsOfMatch().FirstOrDefault() : null;
        while (true)
        {
            expected ??= CheckWrite(await readAsync());
            try
            {
                return await writeAsync(expected);
            }
            catch (UserConflictException conflict) when (conflict.ActualVersion is { } actual && actual != expected && MayReplace(actual))
            {
                expected = actual;
            }
        }
    }

    /// <summary>Checks the conditions of a write.</summary>
    /// <returns>The version to replace; null for a user without a version.</returns>
    /// <exception cref="ProblemException">The conditions do not hold.</exception>
    public long? CheckWrite(User user)
        => Check(user) ? user.Version : throw new ProblemException(Problem.VersionMismatch(HeaderNames.IfNoneMatch));

    private static IList<EntityTagHeaderValue>? Read(IHeaderDictionary headers, string name)
    {
        if (!headers.TryGetValue(name, out var values))
            return null;
        bool isList = EntityTagHeaderValue.TryParseStrictList(values, out IList<EntityTagHeaderValue>? tags) && tags.Count > 0;
        return isList && (tags!.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)) ? tags : throw new ProblemException(Problem.Invalid(name, Rule));
    }

    private bool MayReplace(long version)
    {
        var user = new User { Version = version };
        return IsMatch(user) && IsNoneMatch(user);
    }

    private bool IsMatch(User user)
        => _match is null || _match.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(user), useStrongComparison: true));

    private bool IsNoneMatch(User user)
        => _noneMatch is null || !_noneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(user), useStrongComparison: false));

    // Only the exact tag of a version can match: "01" is not "1".
    private IEnumerable<long?> VersionsOfMatch() => _match!
        .Where(tag => !tag.IsWeak)
        .Select(tag => long.TryParse(tag.Tag.AsSpan()[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long version)
            && tag.Tag == $"\"{version.ToString(CultureInfo.InvariantCulture)}\"" ? version : (long?)null)
        .Where(version => version is not null);
}
