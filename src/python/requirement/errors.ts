import { defineError } from '../../kit/error.ts'

export const invalidRequirement = defineError({
  code: 'invalid-requirement',
  title: 'A requirement cannot be read',
  help: 'A line of a requirements file or an entry of a manifest is no requirement by PEP 508 and no option pip knows, so that no installer would take it. Typical causes: one `=` where two belong, a whole `pip install` command, a line of a conda export, a table copied from `pip list`. The error names the file and the line.',
})

export const requirementOutside = defineError({
  code: 'requirement-outside',
  title: 'A requirement points outside the repository',
  help: 'A requirements file includes, or asks to install, something that lies outside the repository: `-r /etc/x`, `-e ../..`, `file:///home/…` (conda writes such lines into `pip freeze`). It is not part of what is deployed and would differ from machine to machine. Name the distribution by version, or bring the files into the repository.',
})

export const requirementsMissing = defineError({
  code: 'requirements-missing',
  title: 'A requirements file includes a file that is not there',
  help: 'A `-r` or `-c` line names a file that does not belong to the repository: it is missing, ignored by git, or its path is wrong. Paths are read relative to the file that holds the line, as pip does.',
})
