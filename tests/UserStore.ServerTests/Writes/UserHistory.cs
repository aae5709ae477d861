namespace UserStore.ServerTests.Writes;

/// <summary>What one writer did to one user, call after call, and what must or may be stored now. Every write but a delete adds a tag of its
/// own to the user, and no other writer creates, replaces or deletes the user.</summary>
internal sealed class UserHistory
{
    private readonly HashSet<string> _required = [];
    private readonly HashSet<string> _possible = [];
    private readonly HashSet<string?> _emails = [null];
    private readonly HashSet<string> _returning = [];
    private readonly HashSet<string?> _returningEmails = [];

    /// <summary>Gets whether the user exists; null if that is unknown.</summary>
    public bool? Exists { get; private set; } = false;

    /// <summary>A create or a replacement was acknowledged.</summary>
    public void Stored(string tag, string? email)
    {
        _required.Clear();
        _possible.Clear();
        _emails.Clear();
        _required.Add(tag);
        _emails.Add(email);
        Exists = true;
    }

    /// <summary>A copy of a create may arrive late. Whatever became of the create, the copy finds what it requires when the user
    /// was deleted in the meantime. docs/concepts.md names this limit.</summary>
    public void MayReturn(string tag, string? email)
    {
        _returning.Add(tag);
        _returningEmails.Add(email);
        if (Exists == false)
            Exists = null;
    }

    /// <summary>A patch or a save was acknowledged.</summary>
    public void Changed(string tag)
    {
        _required.Add(tag);
        Exists = true;
    }

    /// <summary>A change of the email was acknowledged.</summary>
    public void Changed(string tag, string? email)
    {
        Changed(tag);
        _emails.Clear();
        _emails.Add(email);
    }

    /// <summary>A delete was acknowledged, or reported that there is no user.</summary>
    public void Deleted()
    {
        _required.Clear();
        _possible.Clear();
        Exists = _returning.Count > 0 ? null : false;
    }

    /// <summary>The outcome of a create, a replacement, a patch or a save is unknown.</summary>
    public void MayBeStored(string tag, string? email, bool isCreate = false, bool isReplacement = false)
    {
        _possible.Add(tag);
        _emails.Add(email);
        if (isReplacement)
            MayHaveLost();
        if ((isCreate || isReplacement) && Exists != true)
            Exists = null;
    }

    /// <summary>The outcome of a delete is unknown.</summary>
    public void MayBeDeleted()
    {
        MayHaveLost();
        Exists = Exists == false ? false : null;
    }

    /// <summary>Returns what contradicts the history.</summary>
    public IEnumerable<string> Contradictions(User? stored, IReadOnlyCollection<string> tagsOfOthers)
    {
        if (stored is null)
        {
            if (Exists == true)
                yield return "the user is missing";
            yield break;
        }

        if (Exists == false)
            yield return "the user exists";
        foreach (string tag in _required.Except(stored.Tags))
            yield return $"the acknowledged {tag} is missing";
        foreach (string tag in stored.Tags.Except(_required).Except(_possible).Except(_returning).Except(tagsOfOthers))
            yield return $"{tag} was refused, or belongs to a deleted user";
        if (!_emails.Contains(stored.Email) && !_returningEmails.Contains(stored.Email))
            yield return "the email is another";
        if (stored.Tags.Distinct().Count() != stored.Tags.Count || stored.Version != stored.Tags.Count)
            yield return $"{stored.Tags.Count} tags at version {stored.Version}: {string.Join(' ', stored.Tags)}";
        if (stored.Age != stored.Tags.Count(tag => tag.StartsWith("increment", StringComparison.Ordinal)))
            yield return $"the number is {stored.Age} after {string.Join(' ', stored.Tags)}";
    }

    private void MayHaveLost()
    {
        _possible.UnionWith(_required);
        _required.Clear();
    }
}
